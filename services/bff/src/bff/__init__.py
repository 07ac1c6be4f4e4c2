"""The backend for the page: prices, places, energy and cost over one HTTP API."""
