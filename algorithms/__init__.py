"""What a record is, who may see it, how it is read. May be imported by importers/ and register/; imports neither."""
