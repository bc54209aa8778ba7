//! Bodies against walls, rays against walls.
