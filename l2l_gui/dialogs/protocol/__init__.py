"""The protocol editor: a document, the list of its stages, a form for one, and what will be learned."""
