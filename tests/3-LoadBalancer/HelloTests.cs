using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Which keys a client takes, read from the ClientHellos that openssl sends.</summary>
public sealed class HelloTests
{
    [Theory]
    [InlineData("", "TLSv1.3", CertificateKeys.Any, "ECDSA")]
    [InlineData("-tls1_2", "TLSv1.2", CertificateKeys.Any, "ECDSA")]
    [InlineData("-sigalgs RSA-PSS+SHA256:RSA+SHA256", "TLSv1.3", CertificateKeys.Rsa, "RSA")]
    [InlineData("-tls1_2 -sigalgs RSA+SHA256", "TLSv1.2", CertificateKeys.Rsa, "RSA")]
    [InlineData("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2", CertificateKeys.Rsa, "RSA")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2", CertificateKeys.Ecdsa, "ECDSA")]
    [InlineData("-sigalgs ECDSA+SHA256", "TLSv1.3", CertificateKeys.EcdsaP256, "ECDSA")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 -curves P-256", "TLSv1.2", CertificateKeys.EcdsaP256, "ECDSA")]
    public async Task The_choice_knows_which_keys_the_client_takes(string flags, string version, CertificateKeys accepted, string key)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(204), "HTTPS"));
        var (code, output) = await Run.ProgramAsync(
            "openssl", ["s_client", "-connect", rig.Https.ToString(), "-servername", "a.example.com", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(0, code);
        Assert.Equal(accepted, rig.Certificates.Accepted);
        Assert.Contains($"Peer signature type: {key}", output, StringComparison.Ordinal);
        Assert.Equal(version, (await rig.Journal.HandshakeAsync()).Version);
    }

    [Fact]
    public async Task What_a_client_says_of_tls_1_3_doesnt_count_at_a_listener_that_hasnt_it()
    {
        // Its signature algorithms are RSA-PSS only, which TLS 1.2 knows too, but its suites for 1.2 are for ECDSA keys.
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(204), "HTTPS", "ELBSecurityPolicy-2016-08"));
        await Run.ProgramAsync("openssl", "s_client", "-connect", rig.Https.ToString(), "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-sigalgs", "RSA-PSS+SHA256:ECDSA+SHA256");
        Assert.Equal(CertificateKeys.Ecdsa, rig.Certificates.Accepted);
    }

    [Fact]
    public async Task A_hello_that_comes_byte_by_byte_in_many_records_is_waited_for()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(204), "HTTPS"));
        using var client = await RawPeer.ConnectAsync(rig.Https);
        client.Socket.NoDelay = true;
        foreach (var piece in RsaOnlyHello().Chunk(7)) await client.Socket.SendAsync(piece, SocketFlags.None, TestContext.Current.CancellationToken);

        // The handshake can't go on from here, but the server's answer shows that the library got all of it.
        var answer = new byte[1];
        await client.Socket.ReceiveAsync(answer, SocketFlags.None, TestContext.Current.CancellationToken);
        Assert.Equal(22, answer[0]);
        Assert.Equal(CertificateKeys.Rsa, rig.Certificates.Accepted);
    }

    [Theory]
    [InlineData("-tls1_3 -verify_return_error", "tls.client-refused", "unknown ca", "usher ca trust")]
    [InlineData("-tls1_2 -verify_return_error", "tls.client-refused", "unknown ca", "usher ca trust")]
    [InlineData("-tls1_3 -sigalgs ed25519", "tls.no-shared-cipher", null, "no cipher suite")]
    [InlineData("-tls1_1 -cipher DEFAULT@SECLEVEL=0", "tls.no-shared-version", null, "(the client offers TLSv1.1")]
    public async Task A_handshake_that_fails_says_why(string flags, string outcome, string? alert, string failure)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(204), "HTTPS"));
        var (code, output) = await Run.ProgramAsync("openssl", ["s_client", "-connect", rig.Https.ToString(), "-servername", "a.example.com", .. flags.Split(' ')]);
        Assert.NotEqual(0, code);

        var record = await rig.Journal.HandshakeAsync();
        Assert.True((outcome, alert) == (record.Outcome, record.Alert), $"{record.Outcome} {record.Alert} {record.Failure} {output}");
        Assert.Contains(failure, record.Failure, StringComparison.Ordinal);
        Assert.Equal(("a.example.com", 0L), (record.ServerName, record.DoneAt));
        Assert.True(record.FailedAt >= record.AcceptedAt);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_was_said_is_no_failed_handshake()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(204), "HTTPS"));
        using (await RawPeer.ConnectAsync(rig.Https))
        {
        }

        var record = await rig.Journal.HandshakeAsync();
        Assert.Equal((null, "the client closed the connection before it had sent anything"), (record.Outcome, record.Failure));
    }

    [Fact]
    public async Task A_client_that_goes_in_the_middle_of_its_hello_leaves_a_record()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(204), "HTTPS"));
        using (var client = await RawPeer.ConnectAsync(rig.Https))
        {
            await client.Socket.SendAsync(RsaOnlyHello().AsMemory(0, 20), SocketFlags.None, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, (await rig.Journal.HandshakeAsync()).DoneAt);
    }

    /// <summary>A ClientHello of TLS 1.2 for clients with RSA suites, in records of 11 bytes.</summary>
    private static byte[] RsaOnlyHello()
    {
        byte[] body =
        [
            3, 3, .. new byte[32], 0, 0, 2, 0xc0, 0x2f, 1, 0,
            0, 0x16, 0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 1,
        ];
        byte[] message = [1, 0, 0, (byte)body.Length, .. body];
        byte[] wire = [.. message.Chunk(11).SelectMany(piece => (byte[])[22, 3, 1, 0, (byte)piece.Length, .. piece])];
        Assert.Equal(HelloStatus.Complete, ClientHelloReader.Read(new(wire), out _));
        return wire;
    }
}
