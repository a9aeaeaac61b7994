"""Training, export and packaging of the models that Vitrine runs."""
