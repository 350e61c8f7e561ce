namespace Usher.Model.Contracts;

/// <summary>Ends connections all at once that go on otherwise, and says why. Thread-safe; it ends them once.</summary>
public sealed class ConnectionCut
{
    private readonly Action fire;
    private string? why;

    /// <summary>One that hasn't ended any yet.</summary>
    public ConnectionCut()
    {
        // Without timers or wait handles it holds nothing that would have to be given back.
        var source = new CancellationTokenSource();
        (Token, fire) = (source.Token, source.Cancel);
    }

    /// <summary>Fires when they are to end.</summary>
    public CancellationToken Token { get; }

    /// <summary>Why they ended; null while they go on.</summary>
    public string? Why => Volatile.Read(ref why);

    /// <summary>Ends them.</summary>
    /// <param name="reason">Why, for people: "its target is unhealthy".</param>
    public void Cut(string reason)
    {
        if (Interlocked.CompareExchange(ref why, reason, null) is null) fire();
    }
}
