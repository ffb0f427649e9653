"""How dates read, where Django's own way is not that of our readers."""
