using System.Runtime.InteropServices;
using System.Text;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>What the wire knows of headers and connections, in the journey's words.</summary>
internal static class HeaderText
{
    [ThreadStatic]
    private static List<HeaderChange>? found;

    [ThreadStatic]
    private static List<ChangedHeader>? noted;

    internal static KeyValuePair<string, string>[] Of(RequestHead request)
    {
        var headers = new KeyValuePair<string, string>[request.HeaderCount];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new(Encoding.Latin1.GetString(request.Name(i)), Encoding.Latin1.GetString(request.Value(i)));
        }

        return headers;
    }

    /// <summary>What the edits change in a message.</summary>
    /// <param name="edits">The edits.</param>
    /// <param name="head">The message.</param>
    /// <param name="last">What was changed in the connection's message before, which most often is the same; this takes its place.</param>
    internal static HeaderChanges Changes(HeaderEdits edits, MessageHead head, ref HeaderChanges last)
    {
        if (edits.IsEmpty) return HeaderChanges.None;
        var (changes, told) = (found ??= [], noted ??= []);
        changes.Clear();
        told.Clear();
        edits.ChangesTo(head, changes);
        foreach (var change in changes) told.Add(new ChangedHeader(change.Name, change.New, WasThere: change.Kind != HeaderChangeKind.Added));
        return last = HeaderChanges.Of(CollectionsMarshal.AsSpan(told), last);
    }

    /// <summary>What an upgraded connection carried, and who ended it.</summary>
    internal static UpgradeRecord Upgrade(RequestHead request, RelayResult tunnel) => new()
    {
        Protocol = request.TryGet("Upgrade"u8, out var protocol) ? Encoding.Latin1.GetString(protocol) : "",
        OpenedAt = tunnel.Started,
        ClosedAt = tunnel.Ended,
        BytesUp = tunnel.BytesToUpstream,
        BytesDown = tunnel.BytesToClient,
        ClosedBy = tunnel.End switch
        {
            RelayEnd.ClientClosed => "client: closed",
            RelayEnd.ClientReset => "client: gone",
            RelayEnd.UpstreamClosed => "upstream: closed",
            RelayEnd.UpstreamReset => "upstream: reset",
            RelayEnd.IdleTimeout => "idle timeout",
            _ => "cut when the road stopped or changed",
        },
    };

    internal static string? Fate(UpstreamFate fate) => fate switch
    {
        UpstreamFate.None => null,
        UpstreamFate.Kept => "kept",
        UpstreamFate.ClosedByUpstream => "closed: the upstream asked for it",
        UpstreamFate.ClosedByOption => "closed: keep-alive is off",
        UpstreamFate.ClosedAfterEarlyResponse => "closed: the response came before the request was sent",
        UpstreamFate.ClosedAfterUpgrade => "closed: it had been upgraded",
        UpstreamFate.ClosedForExtraBytes => "closed: the upstream sent more than its response",
        UpstreamFate.ClosedByPool => "closed: the pool had no room",
        _ => "closed: the exchange failed",
    };
}
