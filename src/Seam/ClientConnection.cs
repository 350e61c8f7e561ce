using System.Text;
using Usher.Model.Journeys;

namespace Usher.Seam;

/// <summary>
/// A client's connection as its requests share it: one identity object, and a count that HTTP/2's streams have too. Kept among the connection's
/// features; who accepts connections for HTTP/2 sets it there, since a stream's own features end with it.
/// </summary>
public sealed class ClientConnection(ConnectionId id)
{
    private int requests;
    private string? address;
    private string? host;
    private string? userAgent;

    /// <summary>Both ends.</summary>
    public ConnectionId Id { get; } = id;

    /// <summary>The client's address as text.</summary>
    public string Address => address ??= Id.From.Address.ToString();

    /// <summary>Counts one more request; the first is 1.</summary>
    public int NextRequest() => Interlocked.Increment(ref requests);

    /// <summary>A request's host as text: most connections ask for one only, whose text is used again.</summary>
    internal string Host(ReadOnlySpan<byte> text) => SameOrNew(ref host, text);

    /// <summary>The same for its user agent.</summary>
    internal string UserAgent(ReadOnlySpan<byte> text) => SameOrNew(ref userAgent, text);

    // Streams may race here: each gets its own text, and either may be kept.
    private static string SameOrNew(ref string? kept, ReadOnlySpan<byte> text) =>
        kept is { } known && Ascii.Equals(text, known) ? known : kept = Encoding.Latin1.GetString(text);
}
