using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Usher.Doorway.Files;

/// <summary>
/// Notices that manifests may have been saved. Editors write a file in several steps, or write another and rename it: what happens
/// within <see cref="Quiet"/> is one change. Where the system notices nothing for us (no inotify watch is left), it looks every <see cref="Interval"/>.
/// </summary>
public sealed class ManifestWatch : IDisposable
{
    /// <summary>How long nothing must have happened before a change is told.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(60);

    /// <summary>The longest that a change is held back while more keep coming.</summary>
    public static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(1);

    /// <summary>How often it looks where it isn't told.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider time;
    private readonly Dictionary<string, FileSystemWatcher> watchers = new(StringComparer.Ordinal);
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentQueue<string> moved = new();
    private IReadOnlySet<string> places = new HashSet<string>();
    private HashSet<string> folders = [];
    private bool blind;

    /// <summary>Watches nothing yet.</summary>
    public ManifestWatch(TimeProvider time) => this.time = time;

    /// <summary>Watches these files and folders from now on, and nothing else; see <see cref="LoadedManifests.Places"/>.</summary>
    /// <returns>Why some can only be looked at every <see cref="Interval"/>; null when none.</returns>
    public string? Follow(IReadOnlySet<string> wanted)
    {
        places = wanted;
        blind = false;
        string? problem = null;
        folders = wanted.Select(Folder).ToHashSet(StringComparer.Ordinal);
        // The folder above tells when another comes in a folder's place; the system would go on watching the old one.
        var wantedFolders = folders.Select(f => Path.GetDirectoryName(f) ?? f).Concat(folders).ToHashSet(StringComparer.Ordinal);
        var gone = moved.ToHashSet(StringComparer.Ordinal);
        moved.Clear();
        bool Keeps(string folder, FileSystemWatcher watcher) => wantedFolders.Contains(folder) && watcher.NotifyFilter == What(folder) && !gone.Any(g => IsIn(folder, g));
        foreach (var (folder, watcher) in watchers.Where(pair => !Keeps(pair.Key, pair.Value)).ToList())
        {
            watcher.Dispose();
            watchers.Remove(folder);
        }

        foreach (var folder in wantedFolders.Where(f => !watchers.ContainsKey(f)))
        {
            try
            {
                watchers[folder] = Watch(folder);
            }
            catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
            {
                if (!folders.Contains(folder)) continue;
                (blind, problem) = (true, $"changes in {folder} are looked for every {Interval.TotalSeconds:0} s only: {e.Message}");
            }
        }

        return problem;
    }

    /// <summary>Waits for the next change, and until it is quiet again.</summary>
    public async Task NextAsync(CancellationToken cancellationToken)
    {
        await SignalAsync(blind ? Interval : Timeout.InfiniteTimeSpan, cancellationToken);
        var first = time.GetTimestamp();
        while (time.GetElapsedTime(first) < AtLatest && await SignalAsync(Quiet, cancellationToken))
        {
            // More of the same save.
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        foreach (var watcher in watchers.Values) watcher.Dispose();
        watchers.Clear();
    }

    /// <summary>Whether something happened within the limit.</summary>
    private async Task<bool> SignalAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await signals.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private FileSystemWatcher Watch(string folder)
    {
        var watcher = new FileSystemWatcher(folder) { NotifyFilter = What(folder) };
        watcher.Changed += (_, change) => OnChange(folder, change.FullPath);
        watcher.Created += (_, change) => OnMove(folder, change.FullPath);
        watcher.Deleted += (_, change) => OnMove(folder, change.FullPath);
        watcher.Renamed += (_, change) =>
        {
            OnMove(folder, change.OldFullPath);
            OnMove(folder, change.FullPath);
        };
        // Events were lost: whatever it was, look.
        watcher.Error += (_, _) => signals.Writer.TryWrite(true);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    /// <summary>What to be told of a folder. In one above it is only what comes and goes: a log that grows there would cost an event for each line.</summary>
    private NotifyFilters What(string folder) => folders.Contains(folder)
        ? NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes
        : NotifyFilters.FileName | NotifyFilters.DirectoryName;

    /// <summary>Programs write other files beside manifests (logs, an editor's swap file): those are nobody's concern.</summary>
    private void OnChange(string folder, string path)
    {
        var concerns = places.Contains(path)
            || (folders.Contains(folder)
                && (Path.GetExtension(path) is ".yaml" or ".yml" || Path.GetFileName(path) == "Kustomization" || Directory.Exists(path)));
        if (concerns) signals.Writer.TryWrite(true);
    }

    private void OnMove(string folder, string path)
    {
        if (folders.Contains(path)) moved.Enqueue(path);
        OnChange(folder, path);
    }

    private static bool IsIn(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>The folder whose events tell of a place: itself, or for what is a file, or isn't there (yet), the nearest folder above.</summary>
    private static string Folder(string place)
    {
        var folder = place;
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder) ?? "/";
        return folder;
    }
}
