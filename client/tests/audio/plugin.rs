//! The plugin in an `App`, on whatever machine this runs: with a sound server or without.

use bevy::app::App;
use tickshot_client::audio::{AudioPlugin, AudioSettings};
use tickshot_client::settings::Settings;
use tickshot_client::view::{Effect, Status, ViewModel};

#[test]
fn an_app_with_sound_runs_and_ends_wherever_it_runs() {
    let mut app = App::new();
    app.add_plugins(AudioPlugin);
    for _ in 0..10 {
        let mut view = app.world_mut().resource_mut::<ViewModel>();
        view.status = Status::Playing;
        // News to somebody without a body is no error.
        view.effects = vec![Effect::HitConfirmed; 3];
        view.net.now_s += 0.016;
        app.update();
    }
}

#[test]
fn the_players_settings_set_the_volume_and_a_switch_beside_them_holds() {
    let mut app = App::new();
    app.add_plugins(AudioPlugin);
    app.update();
    assert_eq!(*app.world().resource::<AudioSettings>(), AudioSettings::default());
    let mut settings = Settings::default();
    (settings.volume.master, settings.volume.effects) = (40, 25);
    app.insert_resource(settings);
    app.update();
    let mut volume = app.world_mut().resource_mut::<AudioSettings>();
    assert_eq!(*volume, AudioSettings { master: 0.4, effects: 0.25, muted: false });
    volume.muted = true;
    app.update();
    assert!(app.world().resource::<AudioSettings>().muted, "the settings have not changed since");
}
