using System.Buffers;
using System.Globalization;
using System.Text;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What one health check found.</summary>
/// <param name="Passed">Whether it counts as a success.</param>
/// <param name="Reason">AWS's reason code when it didn't, or null.</param>
/// <param name="Description">What came and what was wanted, as DescribeTargetHealth words it, or null.</param>
internal readonly record struct CheckResult(bool Passed, string? Reason, string? Description)
{
    internal static readonly CheckResult Pass = new(true, null, null);

    /// <summary>The status of the answer, of a gRPC check gRPC's; null for none.</summary>
    internal int? Status { get; init; }

    /// <summary>Why it failed, as the health check log has it (<see cref="CheckReason"/>); null when it didn't.</summary>
    internal string? Logged { get; init; }
}

/// <summary>
/// One health check (ALB user guide, Health checks for target groups): a TCP connection, or a GET on a connection of its own, with Host = the target's address
/// and port, User-Agent ELB-HealthChecker/2.0. Over HTTP/2, and for gRPC, see <see cref="Http2HealthCheck"/>.
/// </summary>
internal static class HealthCheck
{
    private static readonly byte[] LocalHeader = ProxyHeaderWriter.WriteLocal();

    /// <summary>Makes one.</summary>
    /// <param name="target">Who is asked.</param>
    /// <param name="check">What is asked.</param>
    /// <param name="to">Where to, and from where.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    internal static async Task<CheckResult> RunAsync(
        TargetPlan target, HealthCheckPlan check, UpstreamKey to, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(check.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var connected = false;
        try
        {
            if (check.Tcp)
            {
                // Connected, and closed at once: nothing is asked (NLB user guide, Health checks for target groups).
                (await TcpDialer.ConnectAsync(to, Preface(check), Timeout.InfiniteTimeSpan, time, either.Token)).Dispose();
                return CheckResult.Pass;
            }

            await using var stream = await TcpDialer.OpenAsync(to, Preface(check), Timeout.InfiniteTimeSpan, time, either.Token);
            connected = true;
            return Judge(check, await AskAsync(stream, target, check, either.Token));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new CheckResult(false, "Target.Timeout", $"Request timed out after {check.Timeout.TotalSeconds:0} s ({check.Asks})")
            {
                Logged = connected ? CheckReason.RequestTimedOut : CheckReason.ConnectionTimedOut,
            };
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            var reason = e is ConnectException connecting ? connecting.Reason : e.GetBaseException().Message;
            return new CheckResult(false, "Target.FailedHealthChecks", $"Health checks failed: {target.Declared}: {reason}")
            {
                Logged = e is NoGrpcStatusException ? CheckReason.GrpcStatusHeaderEmpty : CheckReason.ConnectionReset,
            };
        }
    }

    /// <summary>What a status is worth; null when what came is no HTTP response.</summary>
    private static CheckResult Judge(HealthCheckPlan check, int? status) => status switch
    {
        null => new CheckResult(false, "Target.FailedHealthChecks", "Health checks failed: the target's answer is no HTTP response") { Logged = CheckReason.ConnectionReset },
        { } code when check.Matcher.Matches(code) => CheckResult.Pass with { Status = code },
        { } code => new CheckResult(false, "Target.ResponseCodeMismatch", $"Health checks failed with these codes: [{code}]; {check.Matcher.Text} is wanted of {check.Asks}")
        {
            Status = code, Logged = CheckReason.OfStatus(check.Version, code),
        },
    };

    private static async Task<int?> AskAsync(Stream stream, TargetPlan target, HealthCheckPlan check, CancellationToken cancellationToken)
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"{target.Declared.Address}:{target.Declared.Port}");
        if (check.Version != ProtocolVersion.Http1) return await Http2HealthCheck.AskAsync(stream, host, check, cancellationToken);
        var request = $"GET {check.Path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);

        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            for (var length = 0; length < buffer.Length;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0) return null;
                length += read;
                if (StatusOf(buffer.AsSpan(0, length)) is { } known) return known == 0 ? null : known;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ReadOnlyMemory<byte> Preface(HealthCheckPlan check) => check.ProxyHeader ? LocalHeader : default;

    /// <summary>The status once the head is whole; 0 when it is no response; null while more is needed.</summary>
    private static int? StatusOf(ReadOnlySpan<byte> received)
    {
        var head = new ResponseHead();
        var parsed = new Http1Parser(HeadLimits.Responses).ParseResponse(new ReadOnlySequence<byte>(received.ToArray()), head);
        return parsed.Status switch
        {
            ParseStatus.Complete => head.StatusCode,
            ParseStatus.Bad => 0,
            _ => null,
        };
    }
}
