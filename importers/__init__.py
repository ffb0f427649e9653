"""How records arrive: readers of foreign formats, the loader that saves them as drafts, the commands for both."""
