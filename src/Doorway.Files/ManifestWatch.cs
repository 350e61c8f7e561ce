using System.ComponentModel;
using System.Threading.Channels;
using Usher.Doorway.Files.Watching;

namespace Usher.Doorway.Files;

/// <summary>
/// Notices that manifests may have been saved, and when a save is likely over (<see cref="SaveBurst"/>): editors write a file in several steps, or write another and rename it.
/// Where the system notices nothing for us (no inotify watch is left), it looks every <see cref="Interval"/>.
/// </summary>
public sealed class ManifestWatch : IDisposable
{
    /// <summary>How often it looks where it isn't told.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider time;
    private readonly long started;
    private readonly Inotify? inotify;
    private readonly string? unable;
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock gate = new();
    private SaveBurst burst = new();
    private volatile HashSet<string> places = [];
    private volatile HashSet<string> folders = [];
    private TimeSpan? signalled;
    private bool blind;

    /// <summary>Watches nothing yet.</summary>
    public ManifestWatch(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (this.time, started) = (time, time.GetTimestamp());
        try
        {
            inotify = new Inotify(OnEvent, UntilDue, OnDue);
        }
        catch (Exception e) when (e is Win32Exception or DllNotFoundException or EntryPointNotFoundException)
        {
            unable = e.Message;
        }
    }

    /// <summary>Whether nothing happened since the last change was told.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (gate) return burst.IsEmpty;
        }
    }

    /// <summary>Watches what a load looked at from now on, and nothing else.</summary>
    /// <returns>Why some can only be looked at every <see cref="Interval"/>; null when none.</returns>
    public string? Follow(LoadedManifests loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        var named = loaded.Folders.ToHashSet(StringComparer.Ordinal);
        // The others, but for the files of such a folder.
        foreach (var place in loaded.Places.Where(p => !loaded.Folders.Contains(p) && !loaded.Folders.Contains(Path.GetDirectoryName(p) ?? ""))) named.Add(Folder(place));
        (places, folders) = (loaded.Places as HashSet<string> ?? [.. loaded.Places], named);
        // The folder above tells when another comes in a folder's place; the system would go on watching the old one.
        var above = named.Select(f => Path.GetDirectoryName(f) ?? f).Where(f => !named.Contains(f)).Distinct(StringComparer.Ordinal);
        var problems = inotify?.Watch([.. above.Select(f => (f, false)), .. named.Select(f => (f, true))]) ?? [.. named.Select(f => (Folder: f, Why: unable!))];
        var unseen = problems.Where(p => named.Contains(p.Folder)).ToList();
        blind = unseen.Count > 0;
        return blind ? $"changes in {unseen[^1].Folder} are looked for every {Interval.TotalSeconds:0} s only: {unseen[^1].Why}" : null;
    }

    /// <summary>Waits for the next change, until it can be read.</summary>
    public async Task<ManifestChange> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan? left;
            lock (gate)
            {
                left = burst.IsEmpty ? null : burst.Due - Now;
                if (left <= TimeSpan.Zero)
                {
                    var change = burst.Change;
                    burst = new SaveBurst();
                    return change;
                }
            }

            if (!await SignalAsync(left ?? (blind ? Interval : Timeout.InfiniteTimeSpan), cancellationToken) && left is null) return new ManifestChange(null, null);
        }
    }

    /// <summary>Takes a change back that was told as whole and isn't: it is told again with what happens until it is quiet.</summary>
    public void Postpone(ManifestChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (gate) burst.Add(change, Now);
    }

    /// <summary>Stops watching.</summary>
    public void Dispose() => inotify?.Dispose();

    private TimeSpan Now => time.GetElapsedTime(started);

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

    private void OnEvent(FileEvent what)
    {
        // Events were lost: whatever it was, look.
        if (what.Change != FileChange.Unknown && !Concerns(what)) return;
        lock (gate) burst.Add(what, Now);
        signals.Writer.TryWrite(true);
    }

    /// <summary>How long until the change can be read; null for when nothing has changed, and once it was signalled.</summary>
    private TimeSpan? UntilDue()
    {
        lock (gate) return burst.IsEmpty || burst.Due == signalled ? null : burst.Due - Now;
    }

    private void OnDue()
    {
        lock (gate) signalled = burst.IsEmpty ? null : burst.Due;
        signals.Writer.TryWrite(true);
    }

    /// <summary>Programs write other files beside manifests (logs, an editor's swap file): those are nobody's concern.</summary>
    private bool Concerns(FileEvent what)
    {
        if (places.Contains(what.Path) || folders.Contains(what.Path)) return true;
        if (!folders.Contains(Path.GetDirectoryName(what.Path) ?? "")) return false;
        var name = Path.GetFileName(what.Path);
        return name == "Kustomization" || (name[0] != '.' && Path.GetExtension(name) is ".yaml" or ".yml") || what.IsFolder || Directory.Exists(what.Path);
    }

    /// <summary>The folder whose events tell of a place: itself, or for what is a file, or isn't there (yet), the nearest folder above.</summary>
    private static string Folder(string place)
    {
        var folder = place;
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder) ?? "/";
        return folder;
    }
}
