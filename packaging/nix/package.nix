# The package for Nix. It has an interpreter of its own that finds all libraries, because the unit starts
# the service as a module of that interpreter.
{
  lib,
  python3,
  runCommand,
}:
let
  source = ../..;
  facts = lib.importTOML (source + "/release.toml");
  version = builtins.head (
    builtins.match ".*__version__ = \"([^\"]+)\".*" (
      builtins.readFile (source + "/src/nightcare/__init__.py")
    )
  );

  asyncinotify =
    python3.pkgs.asyncinotify or (python3.pkgs.buildPythonPackage {
      pname = "asyncinotify";
      version = "4.4.4";
      pyproject = true;
      src = python3.pkgs.fetchPypi {
        pname = "asyncinotify";
        version = "4.4.4";
        sha256 = "a8afc92bec6666807ca50524156fca22655325cba6e2b51d842b8ec0d399c708";
      };
      build-system = [ python3.pkgs.flit-core ];
    });

  module = python3.pkgs.buildPythonPackage {
    pname = "nightcare";
    inherit version;
    pyproject = true;
    src = source;
    build-system = [ python3.pkgs.hatchling ];
    dependencies = [
      asyncinotify
    ]
    ++ (with python3.pkgs; [
      apscheduler
      click
      cronsim
      jeepney
      jinja2
      markupsafe
      paho-mqtt
      platformdirs
      plyer
      pydantic
      pydantic-settings
      rich
      tomli
      tomlkit
      tzdata
    ]);
    # The tests need the servers of several desktops.
    doCheck = false;
    pythonImportsCheck = [ "nightcare.service" ];
  };

  interpreter = python3.withPackages (_: [ module ]);
in
runCommand "nightcare-${version}"
  {
    meta = {
      description = "Reminders for people with leg cramps at night";
      homepage = facts.homepage;
      license = lib.licenses.mit;
      mainProgram = "nightcare";
      platforms = lib.platforms.linux;
    };
  }
  ''
    mkdir -p $out/bin
    ln -s ${interpreter}/bin/nightcare $out/bin/nightcare
    cp -r ${source}/share $out/share
    chmod -R u+w $out/share
    ${interpreter}/bin/python ${source}/scripts/releasing/desktop_files.py $out $out/bin/nightcare \
      ${interpreter}/bin/python -P -m nightcare.service
    ${interpreter}/bin/python ${source}/scripts/releasing/desktop_files.py --bridge $out \
      ${interpreter}/bin/python -P -m nightcare.bridge
  ''
