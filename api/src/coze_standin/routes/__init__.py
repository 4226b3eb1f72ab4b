"""The operations of Coze, one module an area: each handler takes a call, gives an answer."""
