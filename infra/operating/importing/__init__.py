"""Bringing lakes of others over."""
