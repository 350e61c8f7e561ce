namespace Usher.Trace;

/// <summary>How much is kept, and how long a question may wait.</summary>
public sealed record TraceOptions
{
    /// <summary>Journeys kept; the oldest give way. At least 1.</summary>
    public int Journeys { get; init; } = 10_000;

    /// <summary>Journeys that failed kept beside them, however many arrive. At least 1.</summary>
    public int FailedJourneys { get; init; } = 2_000;

    /// <summary>Journeys a second that are all kept in full, and as many besides of those that failed, were slow or asked for. A road where more end is busy. At least 1.</summary>
    public int FullDetailRate { get; init; } = 1_000;

    /// <summary>Journeys of a busy road that are kept in full a second, of those that arrived as usual; of the others what <see cref="Detail.BriefJourney"/> has.</summary>
    public int SampledRate => Math.Max(1, FullDetailRate / 20);

    /// <summary>Journeys kept in full, however fast they come, before a road counts as busy. At least 1.</summary>
    public int FullDetailBurst { get; init; } = 10_000;

    /// <summary>From when on a request is slow.</summary>
    public TimeSpan SlowFrom { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed handshakes kept to be listed, of clients and of those behind the load balancer each; the oldest give way. At least 1.</summary>
    public int FailedHandshakes { get; init; } = 1_000;

    /// <summary>Flows of datagrams through load balancers kept to be listed; the oldest give way. At least 1.</summary>
    public int Flows { get; init; } = 1_000;

    /// <summary>Name server records kept. At least 1.</summary>
    public int DnsRecords { get; init; } = 10_000;

    /// <summary>Relays' connections, and handshakes, kept: this many of each. At least 1.</summary>
    public int Connections { get; init; } = 20_000;

    /// <summary>How long a relay's connection can still be joined after it closed.</summary>
    public TimeSpan ClosedConnections { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Traces of the applications kept; the oldest give way. At least 1.</summary>
    public int Traces { get; init; } = 2_000;

    /// <summary>Spans kept of one trace; further ones are refused. At least 1.</summary>
    public int SpansPerTrace { get; init; } = 256;

    /// <summary>Bytes of the spans kept, as they came; the oldest traces give way.</summary>
    public int SpanBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of one posted batch of spans, after decompression.</summary>
    public int SpanBatchBytes { get; init; } = 4 << 20;

    /// <summary>Spans of one posted batch; further ones are refused.</summary>
    public int SpansPerBatch { get; init; } = 8_192;

    /// <summary>How long journeys that arrived are stored; of more than <see cref="Journeys"/> the oldest give way before. Above zero.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The same of those that failed, of which as many are kept beside the others.</summary>
    public TimeSpan KeepFailedFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often ended journeys are stored.</summary>
    public TimeSpan KeepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a journey waits for late records and spans before it is stored.</summary>
    public TimeSpan KeepSettle { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Journeys stored at once, the newest: to tell and compress one costs more than many requests. At least 1.</summary>
    public int KeepBatch { get; init; } = 50;

    /// <summary>How long those that arrived may take to be told and compressed where more ended than that: so that a busy road pays about one in four hundred for it.</summary>
    public TimeSpan KeepBusy { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Failed journeys stored beside them. At least 1.</summary>
    public int KeepFailed { get; init; } = 200;

    /// <summary>How long nothing may have failed before storing counts as well again.</summary>
    public TimeSpan KeepCalm { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a stop may take to store what is left.</summary>
    public TimeSpan KeepStopLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often finished journeys are exported, where an exporter is set up.</summary>
    public TimeSpan ExportInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Journeys exported at once: to tell one costs more than a request, and the CPU is the requests'. At least 1.</summary>
    public int ExportJourneys { get; init; } = 100;

    /// <summary>How long a journey waits for late records and its client's report before it is exported.</summary>
    public TimeSpan ExportSettle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of applications' batches that may wait to be passed on; the oldest give way.</summary>
    public int ExportQueueBytes { get; init; } = 16 << 20;

    /// <summary>How long a batch is tried again that the backend doesn't take.</summary>
    public TimeSpan ExportPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a stop may take to send what is left.</summary>
    public TimeSpan ExportStopLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client's report waits for the load balancer's record.</summary>
    public TimeSpan RecordWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long it then waits for the record of a hop behind the load balancer that is known to keep records.</summary>
    public TimeSpan LateRecordWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The same where no hop is known to keep records: behind it may be an application, which keeps none.</summary>
    public TimeSpan UnknownHopWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it waits for spans, where some are expected.</summary>
    public TimeSpan SpanWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Followers of the feed are woken at most this often, so that a busy road doesn't pay for each request.</summary>
    public TimeSpan FeedInterval { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How many a follower was told of at once from which on it waits eight times as long.</summary>
    public int FeedBusy { get; init; } = 5;
}
