// Plain vertex colours over the ground: every pixel outside the own view runs this, so it does nothing else.

#import bevy_sprite::mesh2d_view_bindings::view

struct Vertex {
    @location(0) position: vec3<f32>,
    @location(1) colour: vec4<f32>,
}

struct Varyings {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
}

@vertex
fn vertex(in: Vertex) -> Varyings {
    return Varyings(view.clip_from_world * vec4(in.position, 1.0), in.colour);
}

@fragment
fn fragment(in: Varyings) -> @location(0) vec4<f32> {
    return in.colour;
}
