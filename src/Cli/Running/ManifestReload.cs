using Usher.Control;
using Usher.Doorway.Files;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Cli.Running;

/// <summary>Who is told of reloads.</summary>
internal interface IReloadObserver
{
    /// <summary>A change was taken.</summary>
    /// <param name="generation">What runs now.</param>
    /// <param name="changes">Which objects differ.</param>
    /// <param name="took">From the end of the save to the published generation.</param>
    void Applied(Generation generation, ResourceChanges changes, TimeSpan took);

    /// <summary>A change was refused; the running generation goes on.</summary>
    void Refused(ErrorList errors);

    /// <summary>Something that doesn't keep the road from running.</summary>
    void Warn(string message);
}

/// <summary>
/// Saved manifests become the next generation: wait for a save, read, compile, publish. A change with errors changes nothing and is told whole;
/// the next save is tried again.
/// </summary>
/// <param name="source">Reads them.</param>
/// <param name="apply">Applies what was read; where that had errors it adds what is wrong beside those, and changes nothing.</param>
/// <param name="observer">Is told.</param>
/// <param name="time">The clock.</param>
internal sealed class ManifestReload(
    ManifestSource source, Func<LoadedManifests, ErrorList, CancellationToken, Task<Generation?>> apply, IReloadObserver observer, TimeProvider time)
{
    private volatile IReadOnlyList<ConfigError> refused = [];
    // What is followed was loaded before.
    private volatile Reloads reloads = Reloads.None.WithApplied(time.GetUtcNow());

    /// <summary>Why the last save was refused; empty when it runs.</summary>
    internal IReadOnlyList<ConfigError> Refused => refused;

    /// <summary>What became of the load before and of the saves since.</summary>
    internal Reloads Reloads => reloads;

    /// <summary>Follows until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var watch = new ManifestWatch(time);
        var running = source.Last ?? throw new InvalidOperationException("the manifests are loaded before they are followed");
        Follow(watch, running);
        LoadedManifests? postponed = null;
        // What was saved between that load and now was not noticed by anybody.
        for (var change = new ManifestChange(null, null); ; change = await watch.NextAsync(cancellationToken))
        {
            var started = time.GetTimestamp();
            var errors = new ErrorList();
            var loaded = change.Whole is { } file ? source.LoadWhole(file, () => watch.IsQuiet) : source.LoadIfChanged(errors, change.Touched) ?? postponed;
            postponed = null;
            if (loaded is not null && !ReferenceEquals(loaded.Places, running.Places)) Follow(watch, loaded);
            if (loaded is not null && await apply(loaded, errors, cancellationToken) is { } generation)
            {
                observer.Applied(generation, ResourceChanges.Between(running.Resources, loaded.Resources), time.GetElapsedTime(started));
                running = loaded;
                refused = [];
                reloads = reloads.WithApplied(time.GetUtcNow());
            }
            else if (change.Whole is not null)
            {
                // It may be a step of a save that is more than this one file: all of it is read once it is over, and told what is wrong then.
                postponed = loaded;
                watch.Postpone(change);
            }
            else if (loaded is not null)
            {
                refused = errors.All;
                reloads = reloads.WithRefused(time.GetUtcNow());
                observer.Refused(errors);
            }
        }
    }

    private void Follow(ManifestWatch watch, LoadedManifests loaded)
    {
        if (watch.Follow(loaded) is { } problem) observer.Warn(problem);
    }
}
