"""The design model: which unit and store cost a house least, and how they are run."""
