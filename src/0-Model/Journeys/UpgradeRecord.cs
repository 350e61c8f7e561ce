namespace Usher.Model.Journeys;

/// <summary>What an HTTP hop carried after an upstream had switched protocols. Times as in <see cref="RequestRecord"/>.</summary>
public sealed record UpgradeRecord
{
    /// <summary>The protocol that was asked for: <c>websocket</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>When both connections were joined.</summary>
    public required long OpenedAt { get; init; }

    /// <summary>When they had ended.</summary>
    public required long ClosedAt { get; init; }

    /// <summary>Bytes from the client's side.</summary>
    public required long BytesUp { get; init; }

    /// <summary>Bytes to the client's side.</summary>
    public required long BytesDown { get; init; }

    /// <summary>Which side ended it, and how: <c>client: closed</c>, <c>upstream: reset</c>, <c>idle timeout</c>.</summary>
    public required string ClosedBy { get; init; }
}
