"""Author: build, check and ship models and plugins; folders of sources come in."""
