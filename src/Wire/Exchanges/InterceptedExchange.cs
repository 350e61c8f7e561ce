using System.Text;

namespace Usher.Wire;

/// <summary>
/// An exchange that keeps answers of some statuses from its client, so that another answer can take their place: nginx's <c>proxy_intercept_errors</c>. Their bodies are dropped; a long one ends its
/// connection.
/// </summary>
public sealed class InterceptedExchange : ExchangeView
{
    /// <summary>So much of a body is dropped before its connection is given up.</summary>
    private const int MostDropped = 256 * 1024;

    private readonly Func<int, bool> which;
    private List<string>? challenges;
    private long dropped;
    private bool completed;

    /// <summary>Looks at the answers of an exchange.</summary>
    /// <param name="inner">The exchange.</param>
    /// <param name="which">Whether an answer of this status is kept from the client.</param>
    public InterceptedExchange(HttpExchange inner, Func<int, bool> which) : base(inner) => this.which = which;

    /// <summary>The status of the answer that was kept from the client; 0 when none was.</summary>
    public int Status { get; private set; }

    /// <summary>What a 401 that was kept asked for (RFC 9110, section 11.6.1): the answer in its place asks for it too.</summary>
    public IReadOnlyList<string> Challenges => challenges ?? [];

    /// <inheritdoc/>
    public override bool ResponseStarted => Status == 0 && Inner.ResponseStarted;

    /// <inheritdoc/>
    public override bool ResponseCompleted => Status == 0 ? Inner.ResponseCompleted : completed;

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (!which(head.StatusCode)) return Inner.StartResponseAsync(head, edits, framing, cancellationToken);
        Status = head.StatusCode;
        if (Status == 401) challenges = Values(head, "WWW-Authenticate"u8);
        return default;
    }

    /// <inheritdoc/>
    public override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        if (Status == 0) return Inner.WriteBodyAsync(data, cancellationToken);
        dropped += data.Length;
        return dropped <= MostDropped ? default : ValueTask.FromException(new ExchangeException(HttpViolation.ConnectionClosed, "The response was kept from the client, and is too long to be read to its end."));
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) => Status == 0 ? Inner.FlushAsync(cancellationToken) : default;

    /// <inheritdoc/>
    public override void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Status == 0) Inner.AddTrailer(name, value);
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (Status == 0) return Inner.CompleteAsync(cancellationToken);
        completed = true;
        return default;
    }

    private static List<string> Values(ResponseHead head, ReadOnlySpan<byte> name)
    {
        var values = new List<string>();
        for (var i = 0; i < head.HeaderCount; i++)
        {
            if (Grammar.Same(head.Name(i), name)) values.Add(Encoding.Latin1.GetString(head.Value(i)));
        }

        return values;
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        if (Status == 0) Inner.Abort();
    }
}
