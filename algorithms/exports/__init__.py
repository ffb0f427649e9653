"""Bulk files of everything public, always of one sequence. They read Publication and Listing and import no draft."""
