"""Who works here and how they come in: log-in, second factor, the city's own accounts, invitations, hand-over.

What somebody may do once inside is `algorithms.policy`'s. Only the admin, commands and `register` import this.
"""
