"""Scenes and crops composed on the fly from garment cut-outs."""
