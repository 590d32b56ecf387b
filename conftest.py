"""Wires pytest to the plugin, for a checkout that is not installed; nothing else.

Where iamproof is installed, the entry point of the same name has registered it already, and pytest
skips a plugin that it knows by that name.
"""

pytest_plugins = ["iamproof.pytest_plugin"]
