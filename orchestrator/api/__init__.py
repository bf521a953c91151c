"""What programs ask of a deployment: typed operations. API Gateway and the server of one machine adapt them."""
