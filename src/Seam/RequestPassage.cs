using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.ObjectPool;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// One request on its way through one HTTP hop: what came, what the hop changes, and the only two ways out, each of which writes the
/// record. Valid while the hop serves the request.
/// </summary>
public sealed class RequestPassage : IForwardObserver, IResponseEditor
{
    private static readonly ObjectPool<HeaderEdits> Edits = new DefaultObjectPool<HeaderEdits>(new EditsPolicy(), maximumRetained: 256);
    private const string ServerTiming = "Server-Timing";
    private readonly SeamParts parts;

    internal RequestPassage(HttpExchange exchange, RequestRecord record, ClientConnection client, SeamParts parts)
    {
        this.parts = parts;
        Client = client;
        Exchange = exchange;
        Record = record;
    }

    /// <summary>The request as it came, and the response's way out.</summary>
    public HttpExchange Exchange { get; }

    /// <summary>The connection that the request came on.</summary>
    public ClientConnection Client { get; }

    /// <summary>This hop's record.</summary>
    public RequestRecord Record { get; }

    /// <summary>The generation that serves the request.</summary>
    public Generation Generation => Record.Generation;

    /// <summary>What is forwarded in the exchange's place: a view of it; null for the exchange itself.</summary>
    public HttpExchange? Through { get; set; }

    internal SeamParts Parts => parts;

    /// <summary>What the hop changes in the request's head on the way on.</summary>
    public HeaderEdits RequestEdits { get; } = Edits.Get();

    /// <summary>What the hop changes in an upstream's response on the way back; nothing when null.</summary>
    public IResponseEditor? ResponseEditor { get; set; }

    /// <summary>Whether an upstream's status isn't to reach the client, since the hop will try another; none when null.</summary>
    public Func<int, bool>? Declines { get; set; }

    /// <summary>What the hop puts on every response that leaves it, in the place of what is there under the same name.</summary>
    public ImmutableArray<KeyValuePair<HeaderName, string>> ResponseHeaders { get; set; } = [];

    /// <summary>Bytes as Latin-1 text, which is the same string whenever they come again.</summary>
    public string Text(ReadOnlySpan<byte> bytes) => parts.Texts.Of(bytes);

    /// <summary>Gives the request the journey's id that it is known by from here on.</summary>
    public void Identify(string journeyId)
    {
        Record.JourneyId = journeyId;
        parts.Ids.Remember(journeyId);
    }

    /// <summary>Takes the journey's id that a hop before has given.</summary>
    public void Identify(ReadOnlySpan<byte> journeyId) => Record.JourneyId = parts.Ids.Of(journeyId);

    /// <summary>The request as decisions see it.</summary>
    /// <param name="scheme"><c>http</c> or <c>https</c>, as the client's side spoke it.</param>
    /// <param name="withHeaders">Whether the hop's rules read headers.</param>
    public RequestFacts Facts(string scheme, bool withHeaders)
    {
        var request = Exchange.Request;
        var (host, port) = RequestFacts.SplitHost(Record.Host);
        return new RequestFacts
        {
            Method = Record.Method,
            Scheme = scheme,
            Host = host,
            HostPort = port,
            // The path is a part of the target: as long as that, it is the target.
            Path = request.Path.Length == Record.Target.Length ? Record.Target : Text(request.Path),
            Query = Text(request.Query),
            Source = Record.Downstream.From.Address,
            Headers = withHeaders ? HeaderText.Of(request) : [],
        };
    }

    /// <summary>
    /// Sends the request on, and its response back. A failure before any response leaves the answer to the hop; after that, the client's
    /// connection is cut. What is told in the record is of the last time.
    /// </summary>
    /// <param name="destination">Where to.</param>
    /// <param name="options">How.</param>
    /// <param name="kept">Where the body is kept for another time; null for not at all.</param>
    /// <param name="canceled">Ends it.</param>
    public ValueTask<ForwardResult> ForwardAsync(UpstreamKey destination, ForwardOptions options, KeptBody? kept = null, CancellationToken canceled = default)
    {
        (Record.Upstream, Record.UpstreamTls, Record.RequestOnUpstream, Record.ConnectStartedAt, Record.ConnectedAt) = (null, null, 0, 0, 0);
        Record.RequestChanges = Client.Changes(RequestEdits, Exchange.Request);
        return Forwarder.ForwardAsync(Through ?? Exchange, parts.Upstreams, destination, RequestEdits, this, options, this, kept, canceled);
    }

    void IForwardObserver.OnEnded(ForwardResult result)
    {
        if (!result.UpstreamReused) (Record.ConnectStartedAt, Record.ConnectedAt) = (result.ConnectStarted, result.Connected);
        if (result is { Outcome: ForwardOutcome.TlsHandshakeFailed, UpstreamLocal: { } local, UpstreamRemote: { } remote })
        {
            // The connection was there: what stands behind it has a record of it.
            (Record.Upstream, Record.UpstreamTls, Record.RequestOnUpstream) = (new ConnectionId(local, remote), UpstreamIdentity.Tell(result.UpstreamSession), 1);
        }

        Record.RequestSentAt = result.RequestSent;
        Record.FirstByteAt = result.FirstByte;
        Record.UpstreamStatus = result.StatusCode;
        Record.UpstreamFate = HeaderText.Fate(result.UpstreamFate);
        if (result.Trailers is { } trailers) NoteGrpc(trailers.FirstOrDefault(t => t.Key == "grpc-status").Value, trailers.FirstOrDefault(t => t.Key == "grpc-message").Value);
        if (result.Tunnel is { } tunnel) Record.Upgrade = HeaderText.Upgrade(Exchange.Request, tunnel);
        if (result.Retried) Record.Note = "the kept connection had closed; the request was sent once more on a new one";
        if (result.ResponseStarted) Record.Status = result.StatusCode;
    }

    /// <summary>Answers the request here.</summary>
    /// <param name="status">The status.</param>
    /// <param name="headers">Headers of the response; Date and framing are added.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="outcome">The hop's code when this is a failure; null otherwise.</param>
    /// <param name="problem">What went wrong and the way out; null when nothing did.</param>
    /// <param name="reason">The reason phrase; the registered one when null.</param>
    public async ValueTask AnswerAsync(
        int status, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, string? outcome, string? problem, string? reason = null)
    {
        Record.Status = status;
        Record.AnsweredHere = true;
        Record.FirstByteAt = parts.Time.GetTimestamp();
        Note(outcome, problem);
        var head = new ResponseHead();
        head.SetStatus(status, reason);
        head.Add("Date", parts.Time.GetUtcNow().ToString("R"));
        foreach (var (name, value) in headers)
        {
            if (!IsSetByHop(name)) head.Add(name, value);
        }

        foreach (var (name, value) in ResponseHeaders) head.Add(name.Text, value);
        if (parts.Timings is { } timings && Timed(timings) is { } timing) head.Add(ServerTiming, timing);
        await Exchange.RespondAsync(head, body);
    }

    /// <summary>Notes a failure that has no answer (the client is gone).</summary>
    public void Note(string? outcome, string? problem)
    {
        Record.Outcome = outcome;
        Record.Problem = problem;
    }

    void IForwardObserver.OnConnected(IUpstream connection, int use)
    {
        // One object for all requests of a connection.
        var known = (UpstreamIdentity?)connection.Tag ?? (UpstreamIdentity)(connection.Tag = UpstreamIdentity.Of(connection));
        Record.Upstream = known.Id;
        Record.UpstreamTls = known.Tls;
        Record.RequestOnUpstream = use;
        Record.Link = connection.IsExpress ? LinkKind.Express : LinkKind.Wire;
        if (connection.Protocol != "HTTP/1.1") Record.Stream = new StreamRecord(connection.Protocol);
        if (parts.Timings is not null) (Record.ConnectedAt, Record.RequestSentAt) = (use <= 1 ? parts.Time.GetTimestamp() : 0, 0);
    }

    void IForwardObserver.OnRequestSent()
    {
        if (parts.Timings is not null) Record.RequestSentAt = parts.Time.GetTimestamp();
    }

    bool IForwardObserver.Declines(ResponseHead response) => Declines?.Invoke(response.StatusCode) == true;

    void IForwardObserver.OnResponse(ResponseHead response, HeaderEdits edits)
    {
        Record.ResponseChanges = Client.Changes(edits, response);
        if (Record.Stream is not null && response.TryGet("grpc-status"u8, out var status))
            NoteGrpc(Text(status), response.TryGet("grpc-message"u8, out var message) ? Encoding.Latin1.GetString(message) : null);
    }

    private void NoteGrpc(string? status, string? message)
    {
        if (status is not null && Record.Stream is { } stream) Record.Stream = stream with { GrpcStatus = status, GrpcMessage = message };
    }

    void IResponseEditor.Edit(ResponseHead response, HeaderEdits edits)
    {
        ResponseEditor?.Edit(response, edits);
        foreach (var (name, value) in ResponseHeaders) edits.Set(name, value);
        if (parts.Timings is not { } timings) return;
        Record.FirstByteAt = parts.Time.GetTimestamp();
        // One more field line: what the application says of itself stays.
        if (Timed(timings) is { } timing) edits.Add(ServerTiming, timing);
    }

    private bool IsSetByHop(string header)
    {
        foreach (var (name, _) in ResponseHeaders)
        {
            if (name.Text.Equals(header, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private string? Timed(IServerTimings timings) => Record.ServerTiming = timings.HeadLeaves(Record);

    internal void Lost(ExchangeException gone) => Note(Record.Outcome ?? $"{Record.Hop.Name()}.client-gone", Record.Problem ?? gone.Message);

    internal void Failed(Exception e) => Note(Record.Outcome ?? $"{Record.Hop.Name()}.failed", Record.Problem ?? $"a fault in Usher itself: {e.Message}");

    internal void Close()
    {
        Record.EndedAt = parts.Time.GetTimestamp();
        Record.DownstreamFate = Exchange.ResponseCompleted ? Exchange.ClosesAfterwards ? "closed after this response" : "kept" : "cut";
        Record.RequestBytes = Exchange.RequestBytes;
        Record.ResponseBytes = Exchange.ResponseBytes;
        parts.Log.Add(Record);
        Edits.Return(RequestEdits);
    }

    private sealed class EditsPolicy : PooledObjectPolicy<HeaderEdits>
    {
        /// <summary>Edits that held more once would hold on to it for requests that need none of it.</summary>
        private const int MostKept = 4096;

        public override HeaderEdits Create() => new();

        public override bool Return(HeaderEdits obj)
        {
            obj.Reset();
            return obj.Capacity <= MostKept;
        }
    }
}
