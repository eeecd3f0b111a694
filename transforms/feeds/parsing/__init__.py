"""One fetched document to entries: RSS, Atom, RDF, JSON Feed, news sitemaps and articles' pages."""
