// The map. Colour alpha 1 marks floor (painted from the picture), 0 marks walls (plain).

#import bevy_sprite::mesh2d_view_bindings::view

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> size_m: vec4<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var floor_map: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var floor_sampler: sampler;

struct Vertex {
    @location(0) position: vec3<f32>,
    @location(1) colour: vec4<f32>,
}

struct Varyings {
    @builtin(position) clip: vec4<f32>,
    @location(0) uv: vec2<f32>,
    @location(1) ndc: vec2<f32>,
    @location(2) colour: vec4<f32>,
}

@vertex
fn vertex(in: Vertex) -> Varyings {
    let clip = view.clip_from_world * vec4(in.position, 1.0);
    return Varyings(clip, vec2(in.position.x, -in.position.y) / size_m.xy, clip.xy / clip.w, in.colour);
}

@fragment
fn fragment(in: Varyings) -> @location(0) vec4<f32> {
    let root = textureSampleLevel(floor_map, floor_sampler, in.uv, 0.0).rgb;
    let rgb = mix(in.colour.rgb, root * root, in.colour.a);
    return vec4(rgb * (1.0 - 0.16 * dot(in.ndc, in.ndc)), 1.0);
}
