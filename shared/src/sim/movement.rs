//! How a body moves in one tick. The server and a predicting client call the same function.
