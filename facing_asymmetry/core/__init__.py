"""What every other package uses: errors, files written whole, the store and its keys, fetched assets, progress."""
