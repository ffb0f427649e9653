"""Public pages: what citizens read. Reads Publication, Listing and register data only, never a draft."""
