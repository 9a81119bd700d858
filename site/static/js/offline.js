/* The offline page stands at the address that was asked for: when the network is back, so is that page. */
addEventListener("online", () => location.reload());
