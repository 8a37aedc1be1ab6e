"""Training of the tagger: `python -m recommender.text.training`; nothing in here is needed to run it."""
