using Usher.Model.Journeys;

namespace Usher.Seam;

/// <summary>
/// A client's connection as its requests share it: one identity object, and a count that HTTP/2's streams have too. Kept among the connection's
/// features; who accepts connections for HTTP/2 sets it there, since a stream's own features end with it.
/// </summary>
public sealed class ClientConnection(ConnectionId id)
{
    private int requests;

    /// <summary>Both ends.</summary>
    public ConnectionId Id { get; } = id;

    /// <summary>Counts one more request; the first is 1.</summary>
    public int NextRequest() => Interlocked.Increment(ref requests);
}
