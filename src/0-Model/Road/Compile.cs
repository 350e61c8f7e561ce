using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>What a compiler or reconciler is given, and where it reports everything that is wrong.</summary>
/// <param name="State">The desired state.</param>
/// <param name="Addresses">Who has which address; for a reconciler, the running generation's.</param>
/// <param name="Scope">The account and region that AWS names belong to.</param>
/// <param name="Errors">Collects all errors; one is enough to keep the running generation.</param>
public sealed record CompileContext(DesiredState State, AddressPlan Addresses, AwsScope Scope, ErrorList Errors)
{
    /// <summary>
    /// Collects what a person should know and what stops nothing: a field without effect here, a kind that is only accepted. Kept in the
    /// generation, and printed once.
    /// </summary>
    public ErrorList Warnings { get; init; } = new();

    /// <summary>What was observed of the road that runs; <see cref="Observed.Nothing"/> when only files are compiled.</summary>
    public Observed Observed { get; init; } = Observed.Nothing;

    /// <summary>Collects when a reconciler wants to be asked again, though nothing else changes.</summary>
    public DueTimes Due { get; init; } = new();

    /// <summary>The running generation, <see cref="Generation.None"/> before the first: what goes on as it is can be taken over from it.</summary>
    public Generation Running { get; init; } = Generation.None;

    /// <summary>What is noted of the state and the addresses as they are read; null when nothing is.</summary>
    public Reads? Noted { get; private init; }

    /// <summary>
    /// Leaves an object out, or as it last was, and goes on with all others: what a controller finds wrong that an API server doesn't. Kept with the warnings, told as what it is, and part of <c>usher status</c> until it is mended.
    /// </summary>
    /// <param name="resource">The object that isn't accepted.</param>
    /// <param name="field">The field to blame.</param>
    /// <param name="message">What was found, what is allowed, what becomes of the object.</param>
    public void Refuse<T>(Resource<T> resource, string field, string message) where T : class
    {
        ArgumentNullException.ThrowIfNull(resource);
        Refuse(new ConfigError(resource.Origin.File, resource.Origin.LineOf(field), resource.Key.ToString(), field, message));
    }

    /// <summary>The same of what was found before it was known what becomes of the object.</summary>
    public void Refuse(ConfigError found)
    {
        ArgumentNullException.ThrowIfNull(found);
        Warnings.Add(found with { NotAccepted = true });
    }

    /// <summary>Takes a step over from the running generation, or runs it. Its warnings are this context's too, and what it read counts for the step around it.</summary>
    /// <param name="before">The same step of the running generation; null when there was none.</param>
    /// <param name="run">The step: a pure function of what it reads of its context.</param>
    public CompiledStep<T> Step<T>(CompiledStep<T>? before, Func<CompileContext, T> run)
    {
        var step = before?.Reads.Hold(this) == true ? before : Run(run);
        foreach (var warning in step.Warnings) Warnings.Add(warning);
        Noted?.Cover(step.Reads, this);
        return step;
    }

    /// <summary>Runs a step. Its warnings are its own, and so is what it read.</summary>
    public CompiledStep<T> Run<T>(Func<CompileContext, T> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (reads, warnings) = (new Reads(), new ErrorList());
        var value = run(this with { State = State.Noting(reads), Addresses = Addresses.Noting(reads), Noted = reads, Warnings = warnings });
        reads.Close();
        return new CompiledStep<T>(value, reads, warnings.All);
    }
}

/// <summary>
/// Turns desired state into one hop's snapshot. Called only when something that it read of the state or the addresses has changed since the running generation, whose snapshot is
/// taken over otherwise, with its warnings. So it reads nothing else that may change, but for its own snapshot in <see cref="CompileContext.Running"/>.
/// </summary>
public interface IHopCompiler
{
    /// <summary>Compiles; pure. Reports every error in the context and returns a snapshot in any case.</summary>
    Snapshot Compile(CompileContext context);
}

/// <summary>
/// Derives objects from other objects as a Kubernetes controller does (a Deployment's pods, a Service's virtual IP).
/// Runs before the compilers, in the order of registration; pure.
/// </summary>
public interface IReconciler
{
    /// <summary>
    /// True when what it derives depends on <see cref="CompileContext.Observed"/>. It then gives back an object of the running generation itself
    /// wherever nothing changed, so that comparing references tells whether anything did.
    /// </summary>
    bool Observes => false;

    /// <summary>The objects to add, or to put in the place of those with the same key.</summary>
    /// <param name="context">The desired state so far.</param>
    /// <param name="previous">The running generation's state, whose assignments (addresses, names) are kept.</param>
    IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous);
}

/// <summary>A part of the road that has sockets, processes or files to bring in line with a generation.</summary>
public interface ICarrier
{
    /// <summary>
    /// Starts what the next generation needs and the running one has not, without disturbing what runs.
    /// What can't be started is reported to <paramref name="errors"/>; the change is then disposed of without a commit.
    /// </summary>
    Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken);

    /// <summary>Drains and stops everything. Waits until <paramref name="cancellationToken"/> for what is in flight, then ends it.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>What a carrier prepared. Disposed without a commit, everything it started is undone.</summary>
public interface ICarrierChange : IAsyncDisposable
{
    /// <summary>The generation was published: drains and stops what only the old one needed.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
