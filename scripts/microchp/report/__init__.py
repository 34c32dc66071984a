"""Report: figures fit for a paper, and a page that answers the question of a run."""
