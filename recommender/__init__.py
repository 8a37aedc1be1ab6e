"""Paste a draft abstract, get the papers it should cite."""
