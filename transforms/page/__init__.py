"""What people see of the meetings: pages live or in files, an API, feeds, downloads and a digest."""
