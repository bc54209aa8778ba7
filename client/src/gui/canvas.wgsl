// A rounded box per quad: smooth edges by distance, filled or outlined, covering or glowing.

#import bevy_sprite::mesh2d_view_bindings::view

struct Vertex {
    @location(0) position: vec3<f32>,
    @location(1) local: vec2<f32>,
    @location(2) shape: vec4<f32>,
    @location(3) style: vec2<f32>,
    @location(4) colour: vec4<f32>,
}

struct Varyings {
    @builtin(position) clip: vec4<f32>,
    @location(0) local: vec2<f32>,
    @location(1) @interpolate(flat) shape: vec4<f32>,
    @location(2) @interpolate(flat) style: vec2<f32>,
    @location(3) colour: vec4<f32>,
}

@vertex
fn vertex(in: Vertex) -> Varyings {
    return Varyings(view.clip_from_world * vec4(in.position, 1.0), in.local, in.shape, in.style, in.colour);
}

@fragment
fn fragment(in: Varyings) -> @location(0) vec4<f32> {
    // Signed distance to a box of half size shape.xy grown by the radius shape.z.
    let q = abs(in.local) - in.shape.xy;
    var d = length(max(q, vec2(0.0))) + min(max(q.x, q.y), 0.0) - in.shape.z;
    if in.shape.w > 0.0 {
        d = abs(d) - in.shape.w;
    }
    let cover = in.colour.a * clamp(0.5 - d / in.style.x, 0.0, 1.0);
    return vec4(in.colour.rgb * cover, cover * (1.0 - in.style.y));
}
