"""One file an engine: text in, draft out; tensors never leave."""
