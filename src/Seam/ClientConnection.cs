using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// A client's connection as its requests share it: one identity object, and a count that HTTP/2's streams have too. Kept among the connection's
/// features; who accepts connections for HTTP/2 sets it there, since a stream's own features end with it.
/// </summary>
public sealed class ClientConnection(ConnectionId id)
{
    private int requests;
    private string? address;
    private HeaderChanges requestChanges = HeaderChanges.None;
    private HeaderChanges responseChanges = HeaderChanges.None;

    /// <summary>Both ends.</summary>
    public ConnectionId Id { get; } = id;

    /// <summary>The client's address as text.</summary>
    public string Address => address ??= Id.From.Address.ToString();

    /// <summary>Counts one more request; the first is 1.</summary>
    public int NextRequest() => Interlocked.Increment(ref requests);

    /// <summary>What a hop changes in a request's head. Streams may race here: each is told its own, and may share with any.</summary>
    internal HeaderChanges Changes(HeaderEdits edits, RequestHead head) => HeaderText.Changes(edits, head, ref requestChanges);

    /// <summary>The same of a response's.</summary>
    internal HeaderChanges Changes(HeaderEdits edits, ResponseHead head) => HeaderText.Changes(edits, head, ref responseChanges);
}
