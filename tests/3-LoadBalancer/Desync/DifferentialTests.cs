using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>
/// Mutated requests, each with a marker behind it on the same connection, through the front to real servers: front and server never disagree on where a request ends.
/// What the front sent is tapped and read strictly; the server must have seen these requests, with bodies of these lengths, and no others; and every answer goes to its own request.
/// <c>USHER_FUZZ_COUNT=5000</c> makes a longer run.
/// </summary>
public sealed class DifferentialTests
{
    private const int AtATime = 24;

    [Theory]
    [InlineData("nginx", "monitor")]
    [InlineData("haproxy", "monitor")]
    [InlineData("kestrel", "monitor")]
    [InlineData("nginx", "defensive")]
    public async Task Front_and_server_agree_on_where_requests_end(string server, string mode)
    {
        await using var rig = new Rig();
        IPEndPoint End(int third) => new(IPAddress.Parse($"127.{rig.Network}.{third}.1"), 9000);
        await using var origin = await Origin.StartAsync(End(3));
        await using var between = server switch
        {
            "nginx" => await PeerServer.NginxAsync(End(4), End(3)),
            "haproxy" => await PeerServer.HaproxyAsync(End(4), End(3)),
            _ => null,
        };
        await using var tap = new Tap(rig.Node(1), between is null ? End(3) : End(4));
        await rig.ApplyAsync(rig.Edge(("routing.http.desync_mitigation_mode", mode), ("idle_timeout.timeout_seconds", "2")).Group("web", ["i-0a1"]).Listener(80, Forward("web")));

        var cases = MutatedRequests.Requests.Array[MutatedRequests.Count(120)].Single();
        var clients = new Client[cases.Length];
        await Parallel.ForAsync(0, cases.Length, new ParallelOptions { MaxDegreeOfParallelism = AtATime },
            async (i, _) => clients[i] = await Client.RunAsync(rig.Http, cases[i], i));

        // Whatever was sent on has been recorded once its connection is done.
        await Limit.UntilAsync(() => clients.All(c => c.Answers.Count <= RecordsOf(rig, c).Count));
        // First what the server saw: of a request that is still on its way past a client's end, the tap knows before the server does.
        var seen = origin.Seen.ToList();
        AssertServerSaw(tap.Requests().Where(r => !r.IsHealthCheck).ToList(), seen);
        // Refused requests are many, and how many is up to chance; none at all would prove nothing.
        Assert.True(seen.Count > cases.Length / 4, $"Only {seen.Count} requests of {cases.Length} cases came through.");
        foreach (var client in clients) AssertAnswersAreTheirOwn(client, RecordsOf(rig, client));
    }

    private static void AssertServerSaw(List<StrictRequest> sent, List<SeenRequest> seen)
    {
        var known = sent.ToDictionary(r => r["X-Amzn-Trace-Id"]!);
        Assert.Equal(seen.Count, seen.Select(s => s.TraceId).Distinct().Count());
        foreach (var request in seen)
        {
            Assert.True(known.TryGetValue(request.TraceId, out var as_), $"The server saw a request that the front has not sent: {request}");
            Assert.Equal((as_.Method, as_.Target, as_.Body.Length), (request.Method, request.Target, request.BodyLength));
        }
    }

    private static void AssertAnswersAreTheirOwn(Client client, List<RequestRecord> records)
    {
        foreach (var (answer, record) in client.Answers.Zip(records))
        {
            Assert.True(answer.Status == record.Status, $"{answer} isn't the answer to {record.Method} {record.Target} ({record.Status}) of: {client.Sent}");
            if (!answer.FromOrigin || record.Method == "HEAD") continue;
            // On a busy machine the idle timeout may pass between an answer's head and its body; the record tells, and what came is still its own.
            var own = $"{record.Method} {PathOf(record.Target)} ";
            if (answer.Torn && record.Outcome is not null) own = own[..Math.Min(own.Length, answer.Body.Length)];
            Assert.StartsWith(own, answer.Body, StringComparison.Ordinal);
        }
    }

    /// <summary>What is sent on of a target: of a whole URI its path and query.</summary>
    private static string PathOf(string target)
    {
        if (target.IndexOf("://", StringComparison.Ordinal) is var scheme && (scheme < 0 || target[0] == '/')) return target;
        var end = target.IndexOfAny(['/', '?'], scheme + 3);
        return end < 0 ? "/" : target[end] == '/' ? target[end..] : "/" + target[end..];
    }

    private static List<RequestRecord> RecordsOf(Rig rig, Client client) =>
        [.. rig.Journal.Requests.Where(r => r.Downstream.From.Equals(client.LocalEnd) && r.Status != 0).OrderBy(r => r.RequestOnConnection)];

    /// <summary>An answer as the client read it.</summary>
    private sealed record Answer(int Status, bool FromOrigin, string Body, bool Torn);

    /// <summary>A connection that carried a mutated request and a marker, and the answers that came.</summary>
    private sealed record Client(IPEndPoint LocalEnd, string Sent, List<Answer> Answers)
    {
        internal static async Task<Client> RunAsync(IPEndPoint front, string mutated, int number)
        {
            var wire = $"{mutated}GET /marker-{number} HTTP/1.1\r\nHost: marker\r\n\r\n";
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            // An address of its own: a port could be somebody else's again by the time that records are looked at.
            var network = front.Address.GetAddressBytes()[1];
            socket.Bind(new IPEndPoint(IPAddress.Parse($"127.{network}.{100 + (number / 250)}.{1 + (number % 250)}"), 0));
            await socket.ConnectAsync(front);
            var client = new Client((IPEndPoint)socket.LocalEndPoint!, wire, []);
            var received = new StringBuilder();
            var buffer = new byte[16 * 1024];
            using var limit = new CancellationTokenSource(Limit.Wait);
            try
            {
                await socket.SendAsync(Encoding.Latin1.GetBytes(wire), limit.Token);
                // The marker's answer, or the front's closing, is the end.
                while (!received.ToString().Contains($"\r\n\r\nGET /marker-{number} 0.", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
                    received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
            catch (SocketException)
            {
                // Cut: what came until then counts.
            }

            client.Read(received.ToString());
            return client;
        }

        /// <summary>Splits what came into answers; what HEAD is answered with has no body, which shows by the next status line.</summary>
        private void Read(string received)
        {
            while (received.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end)
            {
                var lines = received[..end].Split("\r\n");
                var status = int.Parse(lines[0].AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
                var length = lines.Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(l => int.Parse(l.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
                received = received[(end + 4)..];
                if (status == 100) continue;
                if (lines.Contains("Transfer-Encoding: chunked")) length = received.IndexOf("\r\n0\r\n\r\n", StringComparison.Ordinal) is >= 0 and var last ? last + 7 : received.Length;
                var torn = received.Length < length;
                length = received.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? 0 : Math.Min(length, received.Length);
                Answers.Add(new Answer(status, lines.Contains("X-Origin: yes", StringComparer.OrdinalIgnoreCase), received[..length], torn));
                received = received[length..];
            }
        }
    }
}
