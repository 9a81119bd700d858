"""The community as an app on a phone: what it is called there, what stays when the network goes, how it is put there."""
