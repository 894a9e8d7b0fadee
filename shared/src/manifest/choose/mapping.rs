//! Mappings that are images in parts, by their place and their keys.

use std::borrow::Cow;

use super::super::crds::Form;
use super::super::path::Step;
use super::super::site::{Part, Shape, Site, Split};
use super::super::sites::is_reference;
use super::super::split::{self, Context, Piece, Role, Ways};
use super::{Claims, Spot};

impl<'d, 'a> Spot<'d, 'a> {
    /// The image that a mapping is, if it is one.
    pub fn mapping(&self, pieces: &[Piece<'a>], claims: &mut Claims) -> Option<Site<'a>> {
        let scope = self.document.scope;
        let list = matches!(self.path.last(), Some(Step::Index(_) | Step::Named(..)));
        let key = self.path.iter().rev().find_map(Step::key).unwrap_or_default();
        let in_image = if list { key == "images" } else { split::names_image(key) };
        if pieces.iter().any(|piece| self.reads_whole(piece)) {
            return None;
        }
        let (label, ways) = self.kind_of_mapping(pieces, in_image, list)?;
        let context = Context { in_image, ways, global: self.global() };
        let readings = split::readings(pieces, &context);
        let known = |split: &&Split<'a>| scope.replacements.knows(&split.repository_text());
        let other = |split: &&Split<'a>| is_reference(&split.repository_text());
        let others = readings.iter().filter(|_| scope.sees_others());
        let Some(split) = readings.iter().find(known).or_else(|| others.clone().find(other)) else {
            claims.registries(&readings);
            claims.keep(&readings);
            return None;
        };
        let excluded = |piece: &Piece<'a>| {
            split.parts().any(|leaf| leaf.event == piece.leaf.event)
                && self.is_excluded(&self.below(&piece.key))
        };
        if self.is_excluded(self.path) || pieces.iter().any(excluded) {
            claims.parts(split);
            claims.keep([split]);
            return None;
        }
        let name = split.repository_text();
        let last = split.last_name().map(|leaf| leaf.event);
        let piece = pieces.iter().find(|piece| Some(piece.leaf.event) == last);
        let below = piece.map(|piece| self.below(&piece.key)).unwrap_or_default();
        claims.parts(split);
        let site = self.site(label, Shape::Split(Box::new(split.clone())));
        let unmet = self.unmet(&[self.path, &below], &name);
        if unmet.is_some() || !scope.replacements.knows(&name) {
            claims.keep([split]);
            return Some(Site { unmet, ..site });
        }
        let rule = self.rule_for(self.path, &name).or_else(|| self.rule_for(&below, &name));
        Some(site.of(rule.and_then(|rule| rule.image.clone())))
    }

    /// Whether a rule says that the whole reference stands in this piece.
    fn reads_whole(&self, piece: &Piece<'a>) -> bool {
        let steps = || self.below(&piece.key);
        piece.role.names()
            && self.rules().add.iter().any(|rule| {
                rule.part == Some(Part::Reference) && self.is_rule(rule, &steps(), false)
            })
    }

    fn below(&self, key: &Cow<'a, str>) -> Vec<Step<'a>> {
        let mut path = self.path.to_vec();
        path.push(Step::Key(key.clone()));
        path
    }

    /// Why a mapping may be an image, and in which ways.
    fn kind_of_mapping(
        &self,
        pieces: &[Piece<'a>],
        in_image: bool,
        list: bool,
    ) -> Option<(&'static str, Ways)> {
        const ROWS: [(Form, Ways); 5] = [
            (Form::Kustomize, Ways::Kustomize),
            (Form::Version, Ways::Version),
            (Form::Versions, Ways::Versions),
            (Form::Base, Ways::Base),
            (Form::Split, Ways::All),
        ];
        let has = |roles: &[Role]| pieces.iter().any(|piece| roles.contains(&piece.role));
        if self.row(Form::Never).is_some() {
            return None;
        }
        if let Some(row) = ROWS.iter().find_map(|(form, ways)| Some((self.row(*form)?, *ways))) {
            return Some(row);
        }
        if self.values {
            let renamed = has(&[Role::NewName, Role::NewTag, Role::Digest]);
            let others = has(&[Role::Repository, Role::Tag, Role::Image]);
            return Some(match list && in_image && renamed && !others {
                true => ("kustomize", Ways::Kustomize),
                false => ("split", Ways::All),
            });
        }
        let everywhere = self.document.scope.everywhere && has(&[Role::Repository]);
        let beside = has(&[Role::Tag, Role::Digest, Role::Registry, Role::Sha]);
        // An image without a tag of its own, and a tag: whoever reads them joins them.
        let tagged = has(&[Role::Image]) && has(&[Role::Tag]);
        let split = everywhere || tagged || (in_image && !list && beside);
        split.then_some(("split", Ways::All))
    }

    /// The registry for all images of the values that this place is in.
    fn global(&self) -> Option<(&'d str, &'d str)> {
        let document = self.document;
        let global = document
            .globals
            .iter()
            .find(|global| self.values && self.path.starts_with(&global.values))?;
        Some((&global.registry, &global.path))
    }
}
