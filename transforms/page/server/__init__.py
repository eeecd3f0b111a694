"""The web server: pages, the API and downloads, with what protects them."""
