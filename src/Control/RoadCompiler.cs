using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>
/// Desired state → generation; pure. What <c>up</c>, <c>explain -f</c> and every reload call.
/// <list type="number">
/// <item>What controllers made in another cluster is left out (<see cref="OwnedObjects"/>). Reconcilers derive objects, each seeing what those before it derived.</item>
/// <item>Claimants say who needs an address; the plan keeps the addresses of those who stay.</item>
/// <item>Compilers make one snapshot each, but for those that would read the same as for the running generation: theirs is taken over.</item>
/// </list>
/// What stays as it is is the very same object in both generations, so that comparing references tells what changed. Every step reports all of its errors, and all steps run, so that a person sees everything that is wrong at once.
/// </summary>
public sealed class RoadCompiler(
    RoadOptions options,
    IEnumerable<IReconciler> reconcilers,
    IEnumerable<IAddressClaimant> claimants,
    IEnumerable<IHopCompiler> compilers)
{
    // How an API server's checks of one object begin (apimachinery's field.Error), in its words here as there: they hold whatever other objects there are.
    private static readonly string[] OfOneObject = ["Required value", "Invalid value: ", "Unsupported value: ", "Forbidden: ", "Duplicate value: "];

    private readonly IReconciler[] reconcilers = [.. reconcilers];
    private readonly IAddressClaimant[] claimants = [.. claimants];
    private readonly IHopCompiler[] compilers = [.. compilers];

    /// <summary>Compiles what follows <paramref name="running"/> when nothing was observed. When <paramref name="errors"/> isn't empty afterwards, the result must not be published.</summary>
    public Generation Compile(DesiredState desired, Generation running, ErrorList errors) => Compile(desired, running, Observed.Nothing, new DueTimes(), errors);

    /// <summary>Compiles what follows <paramref name="running"/>. When <paramref name="errors"/> isn't empty afterwards, the result must not be published.</summary>
    /// <param name="desired">The objects that people wrote.</param>
    /// <param name="running">The running generation.</param>
    /// <param name="observed">How it is.</param>
    /// <param name="due">Collects when to <see cref="Follow"/> though nothing changes.</param>
    /// <param name="errors">Collects everything that is wrong.</param>
    public Generation Compile(DesiredState desired, Generation running, Observed observed, DueTimes due, ErrorList errors) =>
        Finish(Derive(Start(desired, running, observed, due, errors), out _));

    /// <summary>
    /// Reports what is wrong with objects by themselves, beside others that couldn't be read, so that a person sees it at once. What concerns several objects isn't told: it may be wrong only because one of those others is missing.
    /// </summary>
    /// <param name="readable">The objects that could be read.</param>
    /// <param name="running">The running generation.</param>
    /// <param name="errors">Collects it.</param>
    public void CheckEach(DesiredState readable, Generation running, ErrorList errors)
    {
        var found = new ErrorList();
        Compile(readable, running, found);
        foreach (var error in found.All.Where(e => OfOneObject.Any(start => e.Message.StartsWith(start, StringComparison.Ordinal)))) errors.Add(error);
    }

    /// <summary>What follows from the same objects and from what was observed since; null when nothing does.</summary>
    public Generation? Follow(DesiredState desired, Generation running, Observed observed, DueTimes due, ErrorList errors)
    {
        var context = Derive(Start(desired, running, observed, due, errors), out var changed);
        return changed ? Finish(context, isStep: true) : null;
    }

    private CompileContext Start(DesiredState desired, Generation running, Observed observed, DueTimes due, ErrorList errors)
    {
        var warnings = new ErrorList();
        return new CompileContext(OwnedObjects.LeftOut(desired, warnings), running.Number == 0 ? AddressPlan.In(options.Range) : running.Addresses, options.Scope, errors)
        {
            Observed = observed, Due = due, Running = running, Warnings = warnings,
        };
    }

    // 1. Derive. Whether anything changed costs a comparison of references: only those who observe can tell.
    private CompileContext Derive(CompileContext context, out bool changed)
    {
        changed = false;
        var before = context.Running.State;
        foreach (var reconciler in reconcilers)
        {
            var derived = reconciler.Reconcile(context, before).ToList();
            changed |= reconciler.Observes && derived.Exists(r => !ReferenceEquals(before.Find(r.Key)?.Value, r.Value));
            context = context with { State = context.State.With(derived) };
        }

        changed |= context.State.Count != before.Count;
        return context with { State = context.State.Sharing(before) };
    }

    private Generation Finish(CompileContext context, bool isStep = false)
    {
        // 2. Give addresses.
        context = context with { Addresses = context.Addresses.Next(claimants.SelectMany(c => c.Claims(context))) };

        // 3. Compile.
        var before = context.Running.Parts;
        var parts = compilers.Select((c, i) => context.Step(i < before.Count ? before[i] : null, c.Compile)).ToList();
        return new Generation(context.Running.Number + 1, context.State, context.Addresses, parts.Select(p => p.Value))
        {
            Warnings = [.. context.Warnings.All.Distinct()],
            IsStep = isStep,
            Parts = parts,
        };
    }
}
