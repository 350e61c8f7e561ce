using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Usher.Model.Contracts;

namespace Usher.LoadBalancer;

/// <summary>Hands each health check to those who follow. Thread-safe; nobody is waited for.</summary>
internal sealed class HealthCheckFeed : IHealthCheckFeed
{
    /// <summary>The checks that a follower may be behind.</summary>
    private const int Kept = 10_000;

    private ImmutableList<Channel<HealthCheckRecord>> followers = [];

    /// <summary>Whether anybody would get one.</summary>
    internal bool IsFollowed => !Volatile.Read(ref followers).IsEmpty;

    /// <summary>A check was made.</summary>
    internal void Add(HealthCheckRecord check)
    {
        foreach (var follower in Volatile.Read(ref followers)) follower.Writer.TryWrite(check);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<HealthCheckRecord> FollowAsync(CancellationToken cancellationToken)
    {
        // What follows begins with the call, not when it is first read.
        var channel = Channel.CreateBounded<HealthCheckRecord>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        ImmutableInterlocked.Update(ref followers, static (all, added) => all.Add(added), channel);
        return ReadAsync(channel, cancellationToken);
    }

    private async IAsyncEnumerable<HealthCheckRecord> ReadAsync(Channel<HealthCheckRecord> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(static state => ((ChannelWriter<HealthCheckRecord>)state!).TryComplete(), channel.Writer);
        try
        {
            await foreach (var check in channel.Reader.ReadAllAsync(CancellationToken.None)) yield return check;
        }
        finally
        {
            ImmutableInterlocked.Update(ref followers, static (all, gone) => all.Remove(gone), channel);
        }
    }
}
