// The map. Colour alpha 1 marks floor (patterned, shaded), 0 marks walls (plain).

#import bevy_sprite::mesh2d_view_bindings::view

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> size_m: vec4<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var shade_map: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var shade_sampler: sampler;

struct Vertex {
    @location(0) position: vec3<f32>,
    @location(1) colour: vec4<f32>,
}

struct Varyings {
    @builtin(position) clip: vec4<f32>,
    @location(0) ground: vec2<f32>,
    @location(1) ndc: vec2<f32>,
    @location(2) colour: vec4<f32>,
    // One pixel in metres.
    @location(3) @interpolate(flat) pixel: f32,
}

@vertex
fn vertex(in: Vertex) -> Varyings {
    let clip = view.clip_from_world * vec4(in.position, 1.0);
    let pixel = 2.0 * view.world_position.z / (view.clip_from_view[1][1] * view.viewport.w);
    return Varyings(clip, vec2(in.position.x, -in.position.y), clip.xy / clip.w, in.colour, pixel);
}

// Brightness of a tile, a little different for each.
fn tile_tone(tile: vec2<f32>) -> f32 {
    var n = u32(tile.x) * 0x9e37u + u32(tile.y) * 0x85ebu;
    n = (n ^ (n >> 7u)) * 0x2c1bu;
    return 0.94 + 0.12 * f32((n >> 5u) & 255u) / 255.0;
}

// How much of a line `width` metres wide, centred `distance` metres away, a pixel holds.
fn line_cover(distance: f32, width: f32, pixel: f32) -> f32 {
    return clamp((width * 0.5 - distance) / pixel + 0.5, 0.0, 1.0);
}

@fragment
fn fragment(in: Varyings) -> @location(0) vec4<f32> {
    var rgb = in.colour.rgb;
    if in.colour.a > 0.5 {
        let near = 0.5 - abs(fract(in.ground) - 0.5);
        let near4 = 2.0 - abs(fract(in.ground * 0.25) * 4.0 - 2.0);
        let seam = line_cover(min(near.x, near.y), 0.05, in.pixel);
        let slab = line_cover(min(near4.x, near4.y), 0.07, in.pixel);
        rgb *= tile_tone(floor(in.ground)) * (1.0 - 0.22 * seam);
        rgb += vec3(0.010, 0.016, 0.026) * slab;
        rgb *= textureSampleLevel(shade_map, shade_sampler, in.ground / size_m.xy, 0.0).r;
    }
    rgb *= 1.0 - 0.30 * min(dot(in.ndc, in.ndc) * 0.6, 1.0);
    return vec4(rgb, 1.0);
}
